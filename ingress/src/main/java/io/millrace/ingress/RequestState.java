package io.millrace.ingress;

import io.millrace.schemas.RequestStatus;

/** A request and what has become of it so far. */
public record RequestState(StoredRequest request, Outcome outcome) {

  /** The state of a request that was accepted this moment. */
  public static RequestState accepted(StoredRequest request) {
    return new RequestState(request, new Outcome.Silent());
  }

  public RequestStatus status() {
    return switch (outcome) {
      case Outcome.Silent() -> RequestStatus.QUEUED;
      case Outcome.Changed changed -> changed.change().getStatus();
      case Outcome.Finished finished -> finished.result().getStatus();
    };
  }

  public boolean isTerminal() {
    return outcome instanceof Outcome.Finished;
  }

  public RequestState with(Outcome news) {
    return new RequestState(request, news);
  }
}
