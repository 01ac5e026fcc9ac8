import { crashes } from './bulk-fix.js';

// Nobody else can have the folder: the next start knows that whoever held a right is dead.
crashes({ DATABASE_URL: null }, async () => {});
