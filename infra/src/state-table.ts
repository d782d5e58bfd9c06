import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { KEEP } from './keep.ts';
import type { ResourceNames } from './resource-names.ts';

/**
 * What all instances of the service share: nonces and quotas, which `expires` removes, and the owner's deny list and
 * pause switches, which nothing removes; hence the recovery and the protection.
 */
export function stateTable(scope: Construct, names: ResourceNames): Table {
  return new Table(scope, 'State', {
    tableName: names.table,
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expires',
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: KEEP,
  });
}
