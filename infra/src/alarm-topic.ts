import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Where alarms and the budget's notices go: to one address, which confirms by a link in its first mail. */
export function alarmTopic(scope: Construct, settings: Settings): Topic {
  const topic = new Topic(scope, 'Alarms', {
    topicName: `${settings.name_prefix}Alarms`,
    enforceSSL: true,
  });
  // A topic with a policy of its own has lost the default one, which lets the account's services publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsAndBudgets',
      effect: Effect.ALLOW,
      principals: [
        new ServicePrincipal('cloudwatch.amazonaws.com'),
        new ServicePrincipal('budgets.amazonaws.com'),
      ],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': settings.account } },
    }),
  );
  if (settings.alarm_email !== null)
    topic.addSubscription(new EmailSubscription(settings.alarm_email));
  return topic;
}
