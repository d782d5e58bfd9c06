export type { ConformanceCase, ConformanceSubject } from './case.ts';
export { conformanceCases } from './cases.ts';
