import type { TaskView } from './view.js';

/** Risks that a person has to have looked at one by one (S44). */
const grave = [
  'blind',
  'unknown-format',
  'weak-hash',
  'decrypt',
  'unwrap',
  'ca-certificate',
  'policy-change',
  'policy-weaker',
  'policy-same-person',
  'policy-look-alike',
  'policy-mistake',
  'unblock',
  'dual-use-key',
  'unknown-requester',
  'timestamp-unverified',
  'claims-replayed',
  'batch-differs',
  'look-alike-names',
  'shortened',
] as const;

/** Risks that are good to know, or for which there is no second look. */
const others = [
  'own-request',
  'no-metadata-binding',
  'claims-without-nonce',
  'claims-expired',
  'password-in-request',
  'insufficient-detail',
  'batch-incomplete',
] as const;

/**
 * What an approver should think about before deciding.
 * - `blind`: a digest is signed, or something that could be one, and nothing shows what it stands for
 * - `unknown-format`: no format here explains the payload
 * - `weak-hash`: SHA-1 is asked for, and the bytes do not say that it is meant
 * - `decrypt`, `unwrap`: a secret comes out; the bytes do not say which
 * - `ca-certificate`: what is signed can issue certificates, or asks for such a certificate
 * - `policy-change`: the rules of the key are replaced; `policy-weaker`: in some way by weaker ones, or nobody attests today's
 * - `policy-same-person`: a group of the new rules lists one key more than once; `policy-look-alike`: names in them cannot be told apart, or
 *   stand for other keys than today; `policy-mistake`: they hold another mistake that no builder of ours makes
 * - `unblock`: a blocked key becomes usable
 * - `dual-use-key`: the key may sign and decrypt, so that one can pass for the other
 * - `unknown-requester`: no pinned application signed the request
 * - `own-request`: the key that signed the request is the approver's own
 * - `timestamp-unverified`: no pinned HSM key vouches for the time of the request
 * - `no-metadata-binding`: the description is not bound to this request
 * - `claims-without-nonce`, `claims-expired`, `claims-replayed`: the description may have been used before, holds no longer, was used before
 * - `batch-differs`: the tasks that name this batch are not those that it was made of: one is foreign, or nobody can tell which are its members
 * - `batch-incomplete`: members of this batch are not among the tasks: decided already, for other people to decide, or not asked for (yet)
 * - `password-in-request`: the requester sent a key password that approvers can read
 * - `insufficient-detail`: the task was fetched, or answered, below level 5
 * - `look-alike-names`: names of facts or of claims look the same; the view keeps them apart with a number: `tag`, `tag (2)`
 * - `shortened`: a name, a text or the list of claims is longer than the view shows
 */
export type TaskRisk = (typeof grave)[number] | (typeof others)[number];

const graveOnes: ReadonlySet<TaskRisk> = new Set(grave);
const all: ReadonlySet<unknown> = new Set([...grave, ...others]);

/** Whether somebody's word for a risk is one. */
export function isTaskRisk(value: unknown): value is TaskRisk {
  return all.has(value);
}

/**
 * Risks of a task that need a second look (threat model S44): a tool's `--yes` must not cover them, and `decide` approves tasks with
 * them only when they are named in `acceptRisks`.
 */
export function risksToAccept(view: Pick<TaskView, 'risks'>): TaskRisk[] {
  return view.risks.filter((risk) => graveOnes.has(risk));
}
