import {
  addService,
  deleteService,
  describeKey,
  type Destination,
  type DestinationRequests,
  destinationRequests,
  editService,
  type IpvsRequest,
  sameDestination,
  sameService,
  type Service,
} from "@keepalived/netlink-ipvs";
import { difference } from "@keepalived/reconcile";
import { textOf, type WantedService } from "./wanted.ts";

/** What the kernel has of a service, as far as we know. */
export type AppliedService = {
  readonly service: Service;
  /** By {@linkcode textOf}. */
  readonly destinations: Map<string, Destination>;
};

/** What the kernel has of the services that are ours, by the text of their keys. */
export type Applied = Map<string, AppliedService>;

/** One change of the kernel's table. */
export type Operation =
  & {
    readonly verb: "add" | "edit" | "remove";
    /** Text of the service's key. */
    readonly text: string;
  }
  & (
    | { readonly on: "service"; readonly service: Service }
    | {
      readonly on: "destination";
      readonly destination: Destination;
      readonly requests: DestinationRequests;
    }
  );

/** What makes a service in the kernel the wanted one: new destinations come before old ones go. */
export function operationsFor(
  wanted: WantedService | undefined,
  present: AppliedService | undefined,
): readonly Operation[] {
  const service = wanted?.service ?? present?.service;
  if (service === undefined) return [];
  const text = describeKey(service.key);
  // With a service its destinations go.
  if (wanted === undefined) return [{ verb: "remove", text, on: "service", service }];
  const { add, change, remove } = present === undefined
    ? { add: wanted.destinations, change: [], remove: [] }
    : difference(wanted.destinations, present.destinations.values(), textOf, sameDestination);
  const kept = new Set(wanted.undecided?.map(textOf));
  const requests = destinationRequests(service.key);
  const of = (verb: Operation["verb"]) => (destination: Destination): Operation => (
    { verb, text, on: "destination", destination, requests }
  );
  const operations: Operation[] = [];
  if (present === undefined) operations.push({ verb: "add", text, on: "service", service });
  else if (!sameService(service, present.service)) {
    operations.push({ verb: "edit", text, on: "service", service });
  }
  return operations.concat(
    add.map(of("add")),
    change.map(({ to }) => to).map(of("edit")),
    remove.filter((it) => !kept.has(textOf(it))).map(of("remove")),
  );
}

const serviceRequests = {
  add: addService,
  edit: editService,
  remove: ({ key }: Service) => deleteService(key),
} as const;

/** The request that does it. */
export function requestOf(operation: Operation): IpvsRequest {
  const { verb } = operation;
  return operation.on === "service"
    ? serviceRequests[verb](operation.service)
    : operation.requests[verb](operation.destination);
}

/** Notes that the kernel has done it. */
export function note(operation: Operation, applied: Applied): void {
  const { verb, text } = operation;
  const known = applied.get(text)?.destinations;
  if (operation.on === "service") {
    if (verb === "remove") applied.delete(text);
    else applied.set(text, { service: operation.service, destinations: known ?? new Map() });
  } else if (verb === "remove") known?.delete(textOf(operation.destination));
  else known?.set(textOf(operation.destination), operation.destination);
}
