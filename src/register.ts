import { postInitialization, postLogin, preGenericsInitialization, preLogin, SapphireClient } from '@sapphire/framework';
import { ReevePlugin } from './plugin/plugin.js';
import './plugin/augmentations.js';

/** Registers the plugin: imported for this effect alone, before the client is created. */

SapphireClient.plugins.registerPreGenericsInitializationHook(ReevePlugin[preGenericsInitialization], 'Reeve-PreGenericsInitialization');
SapphireClient.plugins.registerPostInitializationHook(ReevePlugin[postInitialization], 'Reeve-PostInitialization');
SapphireClient.plugins.registerPreLoginHook(ReevePlugin[preLogin], 'Reeve-PreLogin');
SapphireClient.plugins.registerPostLoginHook(ReevePlugin[postLogin], 'Reeve-PostLogin');
