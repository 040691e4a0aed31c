import tab from '@bomb.sh/tab/commander';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { examples } from './help.ts';

/**
 * Adds `completion <shell>`, which prints a script, and the hidden `complete`, which that script calls at every tab.
 * `mailboxes` are what is offered where a command takes one.
 */
export function addCompletion(program: Command, mailboxes: readonly string[]): void {
  const completion = tab(program, { completionCommandName: 'completion' });
  describeCompletion(program);
  for (const [path, command] of completion.commands) {
    command.description = summaryOf(program, path) ?? command.description; // one line beside each suggestion, not a paragraph
    const argument = command.arguments.get('mailbox');
    if (argument) {
      argument.handler = (complete) => {
        for (const id of mailboxes) complete(id, '');
      };
    }
  }
}

function describeCompletion(program: Command): void {
  program.commands
    .find((command) => command.name() === 'completion')
    ?.summary('print the completion script of a shell')
    .description('Prints a script that makes a shell complete commands, options and mailboxes. bash needs the package bash-completion.')
    .addHelpText(
      'after',
      examples(
        ['source <(signalbox completion bash)', 'in ~/.bashrc'],
        ['source <(signalbox completion zsh)', 'in ~/.zshrc, after compinit'],
        ['signalbox completion fish | source', 'in ~/.config/fish/config.fish'],
        ['signalbox completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
      ),
    );
}

function summaryOf(program: Command, path: string): string | undefined {
  const command = path.split(' ').reduce<Command | undefined>((parent, name) => parent?.commands.find((each) => each.name() === name), program);
  return command?.summary();
}

/** Whether a shell asks for suggestions: only then is the configuration worth reading before the command is known. */
export const isCompletionRequest = (argv: readonly string[]): boolean => argv[0] === 'complete';

/** `--config` as it stands on the half-written line that a shell hands over. */
export function configOption(argv: readonly string[]): string | undefined {
  const index = argv.indexOf('--config');
  return index === -1 ? argv.find((word) => word.startsWith('--config='))?.slice('--config='.length) : argv[index + 1];
}

/**
 * The ids in a configuration, read off its text: a half-written or broken file still completes,
 * and no secret is resolved for pressing tab.
 */
export async function mailboxIdsIn(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const section = /^mailboxes:.*$/m.exec(text);
  if (!section) return [];
  return [...text.slice(section.index).matchAll(/(?:^|[\s{,-])id:\s*["']?([\w.@+-]+)/g)].map((match) => match[1] ?? '');
}
