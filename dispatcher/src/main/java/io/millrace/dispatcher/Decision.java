package io.millrace.dispatcher;

import io.millrace.schemas.AttemptOverdue;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.CallbackRequested;
import io.millrace.schemas.CancelAttempt;
import io.millrace.schemas.DeadLetter;
import io.millrace.schemas.LedgerEntry;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.WorkerLost;
import java.util.Optional;

/** What a dispatcher wants the world to know; each becomes one record. */
public sealed interface Decision {

  /** Call a provider, in this slot of its capacity. */
  record WriteAttempt(AttemptRequested attempt, int slot) implements Decision {}

  /** Abort a running call. */
  record OrderAbort(CancelAttempt order) implements Decision {}

  /** The request has ended; the account may want its result on a topic of its own too. */
  record PublishResult(RequestResult result, Optional<String> responseTopic) implements Decision {}

  /** The request has come to a point worth showing. */
  record ShowState(RequestStateChanged change) implements Decision {}

  /** Money moved. */
  record WriteLedger(LedgerEntry entry) implements Decision {}

  /** Tell the client's URL. */
  record RequestCallback(CallbackRequested callback) implements Decision {}

  /** Keep what failed for a replay. */
  record BuryDeadLetter(DeadLetter letter) implements Decision {}

  /** Put on this partition's own log that an attempt was not started in time. */
  record DeclareOverdue(AttemptOverdue attempt) implements Decision {}

  /** Put on this partition's own log that a worker is dead. */
  record DeclareLost(WorkerLost worker) implements Decision {}
}
