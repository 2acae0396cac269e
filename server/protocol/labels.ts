/** Apps and instances: what tells them apart, and the labels that their series get. */
import type { Run } from './run';

/** Names of the labels for an app, for its namespace in PM2, and for one of its instances. */
export interface LabelNames {
  readonly app: string;
  readonly namespace: string;
  readonly instance: string;
}

/** Labels that all series of a snapshot get, behind the series' own labels. Names have to be valid label names. */
export type ExtraLabels = readonly (readonly [name: string, value: string])[];

/** What PM2 knows an app by. */
export type AppName = Pick<Run, 'app' | 'namespace'>;

/** One text per app: apps of one name in two namespaces are two apps. */
export function appKey({ app, namespace }: AppName): string {
  return namespace === undefined ? app : JSON.stringify([namespace, app]);
}

/** The app as a person sees it: unique, but for an app that is named like another one with its namespace. */
export function appTitle({ app, namespace }: AppName): string {
  return namespace === undefined ? app : `${namespace}/${app}`;
}

/** Only apps outside of the default namespace have the label for it: those inside are the rule. */
export function appLabels({ app, namespace }: AppName, names: LabelNames): [name: string, value: string][] {
  return namespace === undefined
    ? [[names.app, app]]
    : [
        [names.app, app],
        [names.namespace, namespace],
      ];
}

export function instanceLabels(
  run: Pick<Run, 'app' | 'namespace' | 'pmId'>,
  names: LabelNames,
): [name: string, value: string][] {
  return [...appLabels(run, names), [names.instance, String(run.pmId)]];
}
