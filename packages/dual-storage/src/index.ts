export { StageError, type StageErrorCode } from './stage-error.ts';
export { type Switches, stageFromSwitches } from './stage-from-switches.ts';
export {
  nextStage,
  previousStage,
  type Side,
  STAGE_RULES,
  STAGES,
  type Stage,
  type StageRules,
} from './stages.ts';
