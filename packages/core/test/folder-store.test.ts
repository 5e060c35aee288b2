import fs from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolderStore as folderStore } from '../src/folder-store.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-store-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe.each([false, true])('folder store (S29), blocking: %s', (blocking) => {
  const createFolderStore = (folder: string, options: Parameters<typeof folderStore>[1] = {}) =>
    folderStore(folder, { ...options, blocking });

  it('keeps records over two instances, 0600 in a 0700 folder, and leaves no temporary files', async () => {
    const folder = join(root, 'pending');
    await createFolderStore(folder).put('a-1', { n: 1 });
    expect(await createFolderStore(folder).get('a-1')).toEqual(Object.assign(Object.create(null), { n: 1 }));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'a-1.json'))).mode & 0o777).toBe(0o600);
    await createFolderStore(folder).delete('a-1');
    await createFolderStore(folder).delete('a-1');
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets exactly one of many writers create a record', async () => {
    const stores = Array.from({ length: 12 }, () => createFolderStore(join(root, 'p')));
    const won = await Promise.all(stores.map((store, n) => store.put('k', { n }, { ifAbsent: true })));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect((await stores[0]?.get('k'))?.n).toBe(won.indexOf(true));
    expect(await readdir(join(root, 'p'))).toEqual(['k.json']);
  });

  it('never follows a link and never writes through one', async () => {
    const folder = join(root, 'p');
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(root, 'secret.json'), '{"stolen":true}');
    await symlink(join(root, 'secret.json'), join(folder, 'k.json'));
    await expect(createFolderStore(folder).get('k')).rejects.toMatchObject({ code: 'ERR_STORE' });
    await createFolderStore(folder).put('k', { mine: true });
    expect(await import('node:fs/promises').then((fs) => fs.readFile(join(root, 'secret.json'), 'utf8'))).toBe('{"stolen":true}');
  });

  it('refuses a folder that others can read, a file in its place, and keys that are paths', async () => {
    await mkdir(join(root, 'open'));
    await chmod(join(root, 'open'), 0o755);
    await expect(createFolderStore(join(root, 'open')).get('k')).rejects.toMatchObject({ code: 'ERR_STORE' });
    for (const key of ['../x', 'a/b', '', '.', 'a\0b'])
      await expect(createFolderStore(join(root, 'p')).put(key, {})).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('refuses a record that is not strict JSON', async () => {
    const folder = join(root, 'p');
    await createFolderStore(folder).put('k', {});
    await writeFile(join(folder, 'k.json'), '{"a":1,"a":2}');
    await expect(createFolderStore(folder).get('k')).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('deletes and replaces only the record that was meant, over instances', async () => {
    const [one, two] = [createFolderStore(join(root, 'p')), createFolderStore(join(root, 'p'))];
    await one.put('k', { nonce: 'a' });
    expect(await two.delete('k', { ifNonce: 'b' })).toBe(false);
    expect(await two.put('k', { nonce: 'c' }, { ifNonce: 'b' })).toBe(false);
    expect(await two.put('k', { nonce: 'c' }, { ifNonce: 'a' })).toBe(true);
    expect(await one.delete('k', { ifNonce: 'a' })).toBe(false);
    expect((await one.get('k'))?.nonce).toBe('c');
  });

  it('lets exactly one of many replace a record it knows', async () => {
    const stores = Array.from({ length: 10 }, () => createFolderStore(join(root, 'p')));
    await stores[0]?.put('k', { nonce: 'start' });
    const won = await Promise.all(stores.map((store, n) => store.put('k', { nonce: `n${n}` }, { ifNonce: 'start' })));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await readdir(join(root, 'p'))).toEqual(['k.json']);
  });

  it('takes away the lock of a process that died', async () => {
    const store = createFolderStore(join(root, 'p'));
    await store.put('k', { n: 1 });
    await writeFile(join(root, 'p', '.k.lock'), '');
    const old = new Date(Date.now() - 60_000);
    await utimes(join(root, 'p', '.k.lock'), old, old);
    expect(await store.put('k', { n: 2 })).toBe(true);
    expect(await readdir(join(root, 'p'))).toEqual(['k.json']);
  });

  it('syncs a record, and then the folder that names it', async () => {
    const folder = join(root, 'p');
    const synced: string[] = [];
    const saw = (file: number) => {
      synced.push(fs.fstatSync(file).isDirectory() ? 'folder' : `file among ${fs.readdirSync(folder).length}`);
    };
    const fsync = vi.spyOn(fs, 'fsync').mockImplementation((file, done) => {
      saw(file);
      done(null);
    });
    const fsyncSync = vi.spyOn(fs, 'fsyncSync').mockImplementation(saw);
    try {
      await createFolderStore(folder).put('k', {});
    } finally {
      fsync.mockRestore();
      fsyncSync.mockRestore();
    }
    // Beside the file there is its lock.
    expect(synced).toEqual(['file among 2', ...(process.platform === 'win32' ? [] : ['folder'])]);
  });

  it('listing removes what killed processes left behind, when it is old and ours', async () => {
    const folder = join(root, 'p');
    const store = createFolderStore(folder);
    await store.put('k', { n: 1 });
    const id = '0123456789abcdef01234567';
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const name of [`.${id}.tmp`, `.k.lock-${id}`, '.keep.tmp', 'notes.tmp']) {
      await writeFile(join(folder, name), '');
      await utimes(join(folder, name), old, old);
    }
    await writeFile(join(folder, `.f${id.slice(1)}.tmp`), 'being written');
    const records = [];
    for await (const record of store.records?.() ?? []) records.push(record.n);
    expect(records).toEqual([1]);
    expect((await readdir(folder)).sort()).toEqual([`.f${id.slice(1)}.tmp`, '.keep.tmp', 'k.json', 'notes.tmp']);
  });
});
