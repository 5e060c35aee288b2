import type { LayerProgress } from '@securosys/sign';
import type { Progress, ProgressTask } from './progress.js';

/** A bar for each layer that is worked on: for `onProgress` of encryption and decryption. */
export function layerProgress(progress: Progress): (layer: LayerProgress) => void {
  const tasks = new Map<string, ProgressTask>();
  return ({ manifest, layer, bytes, size }) => {
    const name = `${manifest}/${layer}`;
    const task = tasks.get(name) ?? progress.task(`layer ${layer}`, size, 'bytes');
    tasks.set(name, task);
    task.set(bytes);
    if (bytes < size) return;
    task.end();
    tasks.delete(name);
  };
}
