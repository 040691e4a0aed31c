import { resolve } from 'node:path';

export const DEFAULT_CONFIG_FILE = 'signalbox.yaml';

export interface ConfigFileChoice {
  /** `--config` */
  readonly option?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The option wins over SIGNALBOX_CONFIG, which wins over `signalbox.yaml` in the working directory. */
export const chooseConfigFile = ({ option, env, cwd }: ConfigFileChoice): string => resolve(cwd, option ?? (env['SIGNALBOX_CONFIG'] || DEFAULT_CONFIG_FILE));
