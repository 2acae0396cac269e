import test from 'ava';
import { daemonLivesTests } from './daemon-lives-tests';

daemonLivesTests(test, 7);
