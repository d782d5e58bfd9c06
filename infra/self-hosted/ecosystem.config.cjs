// pm2 start ecosystem.config.cjs, where systemd is not at hand. The service's AWS_* keys come from the shell that starts it.
module.exports = {
  apps: [
    {
      name: 'data-universe-auth',
      script: 'data-universe-auth',
      args: ['--config', '/etc/data-universe/auth.json'],
      interpreter: 'none',
      // A second process may share the state_file, on a port of its own; limits by address are each process's.
      exec_mode: 'fork',
      instances: 1,
      autorestart: true,
      // Wrong usage or configuration: trying again changes nothing.
      stop_exit_codes: [2],
      max_memory_restart: '512M',
      kill_timeout: 20_000,
      // The audit log, one line of JSON for each decision, is standard error.
      merge_logs: true,
      env: { NODE_ENV: 'production' },
    },
  ],
};
