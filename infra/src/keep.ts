import { RemovalPolicy } from 'aws-cdk-lib';

/** Stays when the stack goes, but not when its very first deployment fails: its fixed name would block the next one. */
export const KEEP = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
