package io.millrace.dispatcher;

import io.millrace.schemas.AttemptOverdue;
import io.millrace.schemas.AttemptRefused;
import io.millrace.schemas.AttemptReplied;
import io.millrace.schemas.AttemptStarted;
import io.millrace.schemas.CallbackReplied;
import io.millrace.schemas.CancelBatch;
import io.millrace.schemas.CancelRequest;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.WorkerHeartbeat;
import io.millrace.schemas.WorkerLost;

/** What a dispatcher reacts to: records of its partition, signs of life, and time. */
public sealed interface DispatcherEvent {

  /** A client's request was accepted. */
  record Submitted(RequestSubmitted request) implements DispatcherEvent {}

  /** Somebody wants a request to end. */
  record CancelAsked(CancelRequest cancel) implements DispatcherEvent {}

  /** Somebody wants a batch to end. */
  record BatchCancelAsked(CancelBatch cancel) implements DispatcherEvent {}

  /** A worker is about to call. */
  record Started(AttemptStarted start) implements DispatcherEvent {}

  /** A worker did not and will not call. */
  record Refused(AttemptRefused refusal) implements DispatcherEvent {}

  /** A call has ended. */
  record Replied(AttemptReplied reply) implements DispatcherEvent {}

  /** A delivery to a callback URL has ended. */
  record CallbackAnswered(CallbackReplied reply) implements DispatcherEvent {}

  /** A worker said that it lives. Not on the log of this partition; only hastens a conclusion. */
  record Heartbeat(WorkerHeartbeat heartbeat) implements DispatcherEvent {}

  /** The log says that a worker is dead. */
  record Lost(WorkerLost worker) implements DispatcherEvent {}

  /** The log says that an attempt was not started in time. */
  record Overdue(AttemptOverdue attempt) implements DispatcherEvent {}

  /** Time has passed. */
  record Tick() implements DispatcherEvent {}
}
