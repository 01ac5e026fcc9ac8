import { crashSuite } from './killed-processes.js';

// The folder lock proves that the killed process is dead, so the next start expires its claims itself.
crashSuite({ DATABASE_URL: null }, async () => {});
