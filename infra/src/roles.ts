import { CfnRole, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { ResourceNames } from './resource-names.ts';
import { readRolePolicy, servicePolicy, trustPolicy, uploadRolePolicy } from './role-policies.ts';

/** A role assumed by a role gets no more from STS. */
const MAX_SESSION_SECONDS = 3600;

/** The role of the Lambda, and the two that it hands out narrowed. Returns the first. */
export function roles(scope: Construct, names: ResourceNames): Role {
  const service = new Role(scope, 'AuthRole', {
    roleName: names.serviceRole,
    description: 'The credential service',
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { service: PolicyDocument.fromJson(servicePolicy(names)) },
  });
  const handedOut = [
    { id: 'UploadRole', name: names.uploadRole, policy: uploadRolePolicy(names) },
    { id: 'ReadRole', name: names.readRole, policy: readRolePolicy(names) },
  ];
  for (const { id, name, policy } of handedOut)
    new CfnRole(scope, id, {
      roleName: name,
      description: 'Handed out by the credential service, narrowed by a session policy',
      // By reference: IAM refuses to trust a role that is not there yet.
      assumeRolePolicyDocument: trustPolicy(service.roleArn),
      maxSessionDuration: MAX_SESSION_SECONDS,
      policies: [{ policyName: 'dataset', policyDocument: policy }],
    });
  return service;
}
