import { createLambdaHandler, type LambdaHandler } from './lambda-handler.ts';
import { lambdaService } from './lambda-service.ts';

/** The entry of the bundle: an environment that can't be used fails the start, where the operator sees it. */
export const handler: LambdaHandler = createLambdaHandler(
  lambdaService(process.env, process.stdout),
);
