import { App } from 'aws-cdk-lib';
import { z } from 'zod';
import { BundleMissingError } from './bundle.ts';
import { readSettings, SettingsError } from './read-settings.ts';
import { StorageStack } from './stack.ts';

/** What the `cdk` command runs: the stack that `-c settings=FILE` (settings.json) describes. */
const app = new App({ analyticsReporting: false });
try {
  const file = z.string().default('settings.json').parse(app.node.tryGetContext('settings'));
  const { settings, bundleDirectory } = readSettings(file);
  new StorageStack(app, `${settings.name_prefix}Storage`, { settings, bundleDirectory });
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof BundleMissingError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
