import { type LabUser, startLab } from '@signalbox/lab';

const accountOf = ({ user, password }: LabUser) => ({ user, password });

/** For the sending tests of apps/router, which may not import the lab: they find it by this variable. */
export async function setup(): Promise<() => Promise<void>> {
  const lab = await startLab({ servers: ['postfix'] });
  const { dovecot, postfix, ca } = lab;
  if (!dovecot || !postfix) throw new Error('The lab runs without Dovecot or Postfix.');
  const [recipient, ...senders] = await Promise.all(['reader', 'anna', 'bert', 'cleo', 'dora'].map((name) => dovecot.createUser(name)));
  if (!recipient) throw new Error('Nobody was made.');
  process.env['SIGNALBOX_TEST_POSTFIX'] = JSON.stringify({
    submissionsPort: postfix.submissionsPort,
    imapsPort: dovecot.imapsPort,
    ca,
    logFile: postfix.logFile,
    senders: senders.map(accountOf),
    recipient: accountOf(recipient),
  });
  return async () => lab[Symbol.asyncDispose]();
}
