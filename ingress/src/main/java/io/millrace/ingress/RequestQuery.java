package io.millrace.ingress;

import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestStatus;
import org.jspecify.annotations.Nullable;

/**
 * Which of its requests an account wants to see, newest first.
 *
 * @param after id of the last request already seen
 */
public record RequestQuery(
    @Nullable RequestStatus status,
    @Nullable String model,
    @Nullable Lane lane,
    @Nullable String batchId,
    @Nullable String after,
    int limit) {

  public boolean matches(RequestState state) {
    var request = state.request();
    return (status == null || status == state.status())
        && (model == null || model.equals(request.model()))
        && (lane == null || lane == request.lane())
        && (batchId == null || batchId.equals(request.batchId()));
  }
}
