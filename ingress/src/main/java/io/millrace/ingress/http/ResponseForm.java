package io.millrace.ingress.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.ingress.ApiError;
import io.millrace.ingress.KeptResponse;
import io.millrace.ingress.Outcome;
import io.millrace.ingress.RequestState;
import io.millrace.ingress.ResponseEvents;
import io.millrace.ingress.ResponseJson;
import io.millrace.ingress.StoredRequest;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.StreamDelta;
import java.nio.ByteBuffer;

/** The events of a response, each with its name and number; the stream closes after the last. */
final class ResponseForm implements StreamForm {

  private final RequestSubmitted request;
  private final ObjectNode asked;
  private final ResponseEvents events = new ResponseEvents(-1);

  /**
   * @param asked the body that created the response
   */
  ResponseForm(RequestSubmitted request, ObjectNode asked) {
    this.request = request;
    this.asked = asked;
  }

  @Override
  public void begin(SseWriter sse) {
    var open =
        ResponseJson.open(request.getRequestId(), request.getSubmittedAt(), asked, "in_progress");
    events.created(open).ifPresent(sse::event);
    events.inProgress(open).ifPresent(sse::event);
  }

  @Override
  public void delta(SseWriter sse, StreamDelta delta) {
    events.delta(delta).ifPresent(sse::event);
  }

  @Override
  public boolean endsWithAnswer() {
    return true;
  }

  @Override
  public void end(SseWriter sse, boolean isComplete, ByteBuffer answer, int deltas) {
    var type = isComplete ? "response.completed" : "response.incomplete";
    events.end(type, answer, deltas).ifPresent(sse::event);
  }

  @Override
  public void fail(SseWriter sse, RequestResult result) {
    var ended = new RequestState(StoredRequest.of(request, 0), new Outcome.Finished(result, -1));
    var body = ResponseJson.of(new KeptResponse(ended, asked), asked.arrayNode());
    ResponseEvents.typeOfEnd(result)
        .flatMap(type -> events.end(type, ByteBuffer.wrap(ResponseJson.bytes(body)), 0))
        .ifPresent(sse::event);
  }

  @Override
  public void broken(SseWriter sse, ApiError error) {
    sse.event(events.broken(error));
  }
}
