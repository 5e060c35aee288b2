import type { Clock, Logger } from '@securosys/core';
import type { PinSource } from './pin-source.js';

/** How PINs are got and what is remembered of them. */
export interface PinOptions {
  /** Asked in the order callback, file, environment, value: the first that has a PIN gives it. */
  readonly sources?: readonly PinSource[];
  /** Logs in although one more wrong PIN locks the token. Default `false`. */
  readonly allowFinalTry?: boolean;
  /** Keeps a PIN that was right in memory, for logins after a lost connection. Default `false`: the source is asked again. */
  readonly cachePinForRelogin?: boolean;
  /**
   * Absolute path of the folder (0700, of this user) in which failures are remembered from process to process. Default
   * `$XDG_STATE_HOME/securosys/pins`, else `.local/state/securosys/pins` in the home folder; `false`: in this process only.
   */
  readonly stateFolder?: string | false;
  /**
   * Name of the present version of the PIN, for sources that are no file, such as the version of a secret in a vault: after a failure
   * another name lets it be tried. Written down, so nothing of the PIN may be in it.
   */
  readonly pinVersion?: string;
  /** Default: of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Names of {@link PinOptions}. */
export const pinOptionNames = [
  'sources',
  'allowFinalTry',
  'cachePinForRelogin',
  'stateFolder',
  'pinVersion',
  'env',
  'clock',
  'logger',
];
