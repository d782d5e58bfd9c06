export { type ConformanceCase, type ConformanceSubject, conformanceCases } from './cases.ts';
