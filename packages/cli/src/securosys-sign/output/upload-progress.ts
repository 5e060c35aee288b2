import type { UploadProgress } from '@securosys/oci';
import type { Progress, ProgressTask } from './progress.js';

/** Blobs of fewer bytes are there before anybody has read that they are sent. */
const worthShowing = 256 * 1024;

/** A bar for each blob that goes to a registry: for `onUpload`. */
export function uploadProgress(progress: Progress): (upload: UploadProgress) => void {
  const tasks = new Map<number, ProgressTask>();
  return ({ id, repository, sent, size, ended }) => {
    if (size === undefined || size < worthShowing) return;
    const task = tasks.get(id) ?? progress.task(`upload to ${repository}`, size, 'bytes');
    tasks.set(id, task);
    task.set(sent);
    if (!ended) return;
    task.end();
    tasks.delete(id);
  };
}
