#!/usr/bin/env node
import { serveKeyProvider } from '@securosys/ocicrypt/serve';
import { readPlugin } from './plugin.mjs';

await serveKeyProvider(await readPlugin(process.argv[2]));
