import { createServer } from 'node:http';

createServer((_, response) => response.end('hello from a signed image\n')).listen(8080);
