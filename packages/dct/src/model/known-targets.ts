import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';

const name = '"targets":';
/** Fewer are read as quickly as they are compared. */
const fewest = 8;
const isOnce = (text: string) => text.indexOf(name) >= 0 && text.indexOf(name) === text.lastIndexOf(name);

/**
 * The targets that were read last. Docker's client sets a tag in `targets/releases` and in the role of its signer, so that most repositories
 * say the same twice, or once for each signer; the second time it need not be read.
 *
 * Texts are plain ones of `parseJsonForm`: no escapes, so that a quotation mark begins or ends a text, and what stands between two of
 * them before a colon is the name of a member.
 */
export class KnownTargets<Read> {
  #member: string | undefined;
  #json: JsonObject | undefined;
  #read: Read | undefined;

  /** What these targets were read as, if it is those that were kept. */
  read(json: JsonObject): Read | undefined {
    return json === this.#json ? this.#read : undefined;
  }

  /** Remembers what the targets of a file were read as, that {@link keep} has kept. */
  remember(json: JsonObject, read: Read): void {
    if (json === this.#json) this.#read = read;
  }

  /** Keeps the targets of a plain text, if they are worth it, and stand where everybody writes them: before the version, which is last. */
  keep(text: string, signed: JsonValue): void {
    if (!isJsonObject(signed) || !isJsonObject(signed.targets) || Object.keys(signed.targets).length < fewest) return;
    const rest = `,"version":${JSON.stringify(signed.version)}}`;
    if (Object.keys(signed).slice(-2).join() !== 'targets,version' || !text.endsWith(rest) || !isOnce(text)) return;
    this.#member = text.slice(text.indexOf(name), -rest.length);
    this.#json = signed.targets;
    this.#read = undefined;
  }

  /** The text with 0 in the place of targets that are those that were kept; `undefined` for any other. */
  without(text: string): string | undefined {
    const at = this.#member === undefined ? -1 : text.indexOf(this.#member);
    if (this.#member === undefined || at < 0) return undefined;
    const rest = `${text.slice(0, at)}${name}0${text.slice(at + this.#member.length)}`;
    return isOnce(rest) ? rest : undefined;
  }

  /** Puts the targets back into what {@link without} made a plain text of. @returns whether it was such a one */
  restore(signed: JsonValue): boolean {
    if (!isJsonObject(signed) || signed.targets !== 0 || !this.#json) return false;
    (signed as { targets: JsonValue }).targets = this.#json;
    return true;
  }
}
