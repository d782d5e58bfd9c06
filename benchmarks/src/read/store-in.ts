import { join } from 'node:path';

export const storeIn = (prepared: string): string => join(prepared, 'store');
