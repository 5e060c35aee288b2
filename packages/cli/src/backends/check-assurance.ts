import { type KeyInfo, SignError } from '@securosys/core';

/** Keys of an emulator sign only for who has said so: nothing protects them. @throws SignError `ERR_EMULATOR_REFUSED` */
export function checkAssurance(key: Pick<KeyInfo, 'assurance'>, allowEmulated: boolean): void {
  if (key.assurance === 'emulated' && !allowEmulated)
    throw new SignError(
      'ERR_EMULATOR_REFUSED',
      'this key lives in an emulator: for development, say allowEmulated in the configuration',
    );
}
