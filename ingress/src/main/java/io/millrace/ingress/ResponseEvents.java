package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.StreamDelta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The numbered events of a response's stream. Number 0 is response.created, 1 is
 * response.in_progress, delta k is k + 1, and the end follows the last delta. So every instance
 * tells the same list, whatever it reads twice and wherever a reader goes on.
 */
public final class ResponseEvents {

  private static final int CREATED = 0;
  private static final int IN_PROGRESS = 1;

  private final int after;
  private final DeltaOrder order = new DeltaOrder(0, 0);

  /** An event as it is written. */
  public record Event(int number, String type, ByteBuffer data) {}

  /**
   * @param after number of the last event that the reader has; -1 when it has none
   */
  public ResponseEvents(int after) {
    this.after = after;
  }

  public Optional<Event> created(JsonNode response) {
    return lifecycle(CREATED, "response.created", ByteBuffer.wrap(ResponseJson.bytes(response)));
  }

  public Optional<Event> inProgress(JsonNode response) {
    return lifecycle(
        IN_PROGRESS, "response.in_progress", ByteBuffer.wrap(ResponseJson.bytes(response)));
  }

  /** The event of a delta, unless it is not its turn or the reader has it. */
  public Optional<Event> delta(StreamDelta delta) {
    if (!order.pass(delta)) {
      return Optional.empty();
    }
    int number = delta.getSequence() + 1;
    var chunk = delta.getChunk();
    return number <= after
        ? Optional.empty()
        : Optional.of(new Event(number, typeOf(chunk), numbered(chunk, number)));
  }

  /** True when what was told belongs to another attempt, so that this delta cannot follow it. */
  public boolean isInterruptedBy(StreamDelta delta) {
    return order.attempt() > 0 && delta.getAttempt() > order.attempt();
  }

  /** True when all deltas of the attempt that made the result have been told. */
  public boolean isComplete(int attempt, int deltas) {
    return order.isComplete(attempt, deltas);
  }

  /** Attempt of the deltas that were told; 0 before the first. */
  public int attempt() {
    return order.attempt();
  }

  /**
   * The last event.
   *
   * @param deltas of the attempt that made the result
   */
  public Optional<Event> end(String type, ByteBuffer response, int deltas) {
    return lifecycle(lastNumber(deltas), type, response);
  }

  /** Says that the stream cannot go on; no response is over by it. */
  public Event broken(ApiError error) {
    int number = lastNumber(0);
    var data =
        Json.bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("type", "error");
              json.writeNumberField("sequence_number", number);
              json.writeStringField("code", error.kind().code());
              json.writeStringField("message", error.message());
              json.writeStringField("param", error.param());
              json.writeEndObject();
            });
    return new Event(number, "error", ByteBuffer.wrap(data));
  }

  private int lastNumber(int deltas) {
    return Math.max(deltas, order.sequence()) + 2;
  }

  private Optional<Event> lifecycle(int number, String type, ByteBuffer response) {
    if (number <= after) {
      return Optional.empty();
    }
    var head =
        "{\"type\":\"%s\",\"sequence_number\":%d,\"response\":"
            .formatted(type, number)
            .getBytes(UTF_8);
    var data = ByteBuffer.allocate(head.length + response.remaining() + 1);
    data.put(head).put(response.duplicate()).put((byte) '}').flip();
    return Optional.of(new Event(number, type, data));
  }

  /** Which event ends the stream; nothing when it just closes. */
  public static Optional<String> typeOfEnd(RequestResult result) {
    return switch (result.getStatus()) {
      case COMPLETED -> Optional.of("response.completed");
      case INCOMPLETE -> Optional.of("response.incomplete");
      case FAILED, EXPIRED -> Optional.of("response.failed");
      case CANCELLED -> Optional.empty();
      case QUEUED, IN_PROGRESS -> throw new IllegalArgumentException("not the end of a request");
    };
  }

  /** True for a result whose body is the whole response. */
  public static boolean isAnswer(RequestStatus status) {
    return status == RequestStatus.COMPLETED || status == RequestStatus.INCOMPLETE;
  }

  /** The object with the number as its first field. */
  private static ByteBuffer numbered(ByteBuffer chunk, int number) {
    var source = chunk.duplicate();
    while (source.hasRemaining() && source.get(source.position()) != '{') {
      source.get();
    }
    source.position(Math.min(source.limit(), source.position() + 1));
    var head = "{\"sequence_number\":%d,".formatted(number).getBytes(UTF_8);
    return ByteBuffer.allocate(head.length + source.remaining()).put(head).put(source).flip();
  }

  private static String typeOf(ByteBuffer chunk) {
    var bytes = new byte[chunk.remaining()];
    chunk.duplicate().get(bytes);
    try (var parser = Json.MAPPER.createParser(bytes)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isType = parser.currentName().equals("type");
        parser.nextToken();
        if (isType) {
          return parser.getText();
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      // A worker of ours wrote it; what is no JSON has no type.
    }
    return "message";
  }
}
