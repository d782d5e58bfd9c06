/** The module's bytes. */
export function compileKernel(): Promise<Buffer>;
/** The file as it should stand. */
export function sourceOf(bytes: Buffer): string;
