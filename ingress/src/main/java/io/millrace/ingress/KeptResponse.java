package io.millrace.ingress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A response that can be read after the call that created it: what became of it, and the body it
 * was asked with.
 */
public record KeptResponse(RequestState state, ObjectNode asked) {

  /** How long a response that is not to be stored can be polled for after its end. */
  private static final Duration POLLED = Duration.ofMinutes(10);

  public String id() {
    return RequestIds.responseId(state.request().requestId());
  }

  public boolean isBackground() {
    return ResponsesRequest.isBackground(asked);
  }

  /** True when its events can be read again. */
  public boolean isReplayable() {
    return isBackground() && state.request().stream();
  }

  /**
   * True when nobody is shown it any more. In the background, what is not expressly to be stored is
   * kept for polling alone.
   */
  public boolean isGone(Instant now) {
    boolean isStored =
        isBackground() ? asked.path("store").asBoolean(false) : ResponsesRequest.isStored(asked);
    return !isStored
        && result().filter(ended -> ended.getFinishedAt().plus(POLLED).isBefore(now)).isPresent();
  }

  public Optional<RequestResult> result() {
    return state.outcome() instanceof Outcome.Finished finished
        ? Optional.of(finished.result())
        : Optional.empty();
  }

  /** True when another response can go on from it. */
  public boolean hasAnswer() {
    return state.status() == RequestStatus.COMPLETED || state.status() == RequestStatus.INCOMPLETE;
  }

  public KeptResponse with(RequestState now) {
    return new KeptResponse(now, asked);
  }
}
