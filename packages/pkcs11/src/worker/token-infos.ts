import { tokenFlags } from '../cryptoki/flags.js';
import type { LibraryInfo, MechanismInfo, TokenInfo } from '../token/token-calls.js';
import { failureOf, isReturnValue, type Native } from './native.js';
import { bufferOf, copyOf } from './native-values.js';
import type { Failure, SlotsRead } from './wire.js';

/** Texts of fixed length are padded with blanks; some modules pad with NUL. */
function unpadded(text: string): string {
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).replace(/ +$/, '');
}

function versionText({ major, minor }: { readonly major: number; readonly minor: number }): string {
  return `${major}.${minor}`;
}

export function libraryInfo(native: Native): LibraryInfo {
  native.method = 'C_GetInfo';
  const info = native.p11.C_GetInfo();
  return {
    cryptokiVersion: versionText(info.cryptokiVersion),
    manufacturer: unpadded(info.manufacturerID),
    description: unpadded(info.libraryDescription),
    version: versionText(info.libraryVersion),
  };
}

export function tokenInfo(native: Native, slotId: Uint8Array): TokenInfo {
  const slot = bufferOf(slotId);
  native.method = 'C_GetTokenInfo';
  const token = native.p11.C_GetTokenInfo(slot);
  native.method = 'C_GetSlotInfo';
  const info = native.p11.C_GetSlotInfo(slot);
  const sessions = token.maxSessionCount;
  return {
    slotId: copyOf(slotId),
    label: unpadded(token.label),
    serial: unpadded(token.serialNumber),
    manufacturer: unpadded(token.manufacturerID),
    model: unpadded(token.model),
    flags: token.flags,
    firmwareVersion: versionText(token.firmwareVersion),
    hardwareVersion: versionText(token.hardwareVersion),
    slotDescription: unpadded(info.slotDescription),
    slotManufacturer: unpadded(info.manufacturerID),
    // 0 is CK_EFFECTIVELY_INFINITE; all ones is CK_UNAVAILABLE_INFORMATION.
    ...(sessions !== 0 && sessions !== 0xffffffff ? { maxSessionCount: sessions } : {}),
  };
}

/** Slots whose token can be asked and is initialised: one that has gone or is broken does not hide the others. */
export function slotInfos(native: Native): SlotsRead {
  native.method = 'C_GetSlotList';
  let unreadable: Failure | undefined;
  const tokens = native.p11.C_GetSlotList(true).flatMap((slot) => {
    try {
      const token = tokenInfo(native, slot);
      return token.flags & tokenFlags.TOKEN_INITIALIZED ? [token] : [];
    } catch (error) {
      const broken = isReturnValue(
        error,
        'CKR_TOKEN_NOT_PRESENT',
        'CKR_TOKEN_NOT_RECOGNIZED',
        'CKR_DEVICE_REMOVED',
        'CKR_DEVICE_ERROR',
        'CKR_SLOT_ID_INVALID',
      );
      if (!broken) throw error;
      unreadable ??= failureOf(native, error);
      return [];
    }
  });
  return { tokens, ...(unreadable && { unreadable }) };
}

/** What the module lists and can tell nothing of is left out. */
export function mechanismInfos(native: Native, slotId: Uint8Array): Map<number, MechanismInfo> {
  const slot = bufferOf(slotId);
  native.method = 'C_GetMechanismList';
  const infos = new Map<number, MechanismInfo>();
  for (const type of native.p11.C_GetMechanismList(slot)) {
    native.method = 'C_GetMechanismInfo';
    try {
      const { minKeySize, maxKeySize, flags } = native.p11.C_GetMechanismInfo(slot, type);
      infos.set(type, { minKeySize, maxKeySize, flags });
    } catch (error) {
      if (!isReturnValue(error, 'CKR_MECHANISM_INVALID')) throw error;
    }
  }
  return infos;
}
