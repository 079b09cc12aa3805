package io.millrace.workers.canonical;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.framing.StreamDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads a chat answer that is not of OpenAI's form. What differs between providers is in the {@link
 * AnswerDialect}; what does not is here: a stream that ends before it is whole has been cut, an
 * error in its middle ends it, and what was shown cannot be taken back.
 */
public final class TranslatedReader implements ReplyReader {

  private final ChatStream chat;
  private final boolean isStream;
  private final StreamDecoder events;
  private final AnswerDialect dialect;
  private final ChunkWriter.State state = new ChunkWriter.State();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private ResponseHead head = new ResponseHead(0, name -> Optional.empty(), Instant.EPOCH);

  /**
   * @param isStream true when a stream was asked for
   */
  public TranslatedReader(
      ChatStream.Asked asked, boolean isStream, StreamDecoder events, AnswerDialect dialect) {
    this.chat = new ChatStream(asked);
    this.isStream = isStream;
    this.events = events;
    this.dialect = dialect;
  }

  @Override
  public void onHead(ResponseHead arrived) {
    head = arrived;
  }

  @Override
  public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {
    if (isStream && head.isSuccess()) {
      events.feed(bytes, event -> onEvent(event, deltas));
    } else {
      body.writeBytes(bytes);
    }
  }

  @Override
  public boolean isComplete() {
    return state.isOver();
  }

  @Override
  public Outcome onEnd(Consumer<byte[]> deltas) {
    if (!head.isSuccess()) {
      return dialect.failure(head, jsonBody());
    }
    if (isStream) {
      events.end(event -> onEvent(event, deltas));
    } else {
      readWhole();
    }
    var failure = state.failure();
    if (failure != null) {
      return chat.failed(failure);
    }
    return chat.end(state.isDone() || !isStream, deltas);
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    // An error whose text broke off is still that error.
    if (head.status() != 0 && !head.isSuccess() && breakage != Breakage.CANCELLED) {
      return dialect.failure(head, new byte[0]);
    }
    if (!isStream) {
      return BreakageOutcomes.of(breakage, false, null);
    }
    var failure = state.failure();
    if (failure != null) {
      return chat.failed(failure);
    }
    if (breakage == Breakage.CONNECTION_LOST && chat.isFinished()) {
      return chat.end(false, delta -> {});
    }
    return chat.broken(breakage);
  }

  private void onEvent(StreamDecoder.Event event, Consumer<byte[]> deltas) {
    if (state.isOver()) {
      return;
    }
    var out = new ChunkWriter(chat, state, deltas);
    if (event.data().startsWith("[DONE]")) {
      out.done();
      return;
    }
    JsonNode data;
    try {
      data = Json.MAPPER.readTree(event.data());
    } catch (JsonProcessingException e) {
      out.fail(ProviderFailures.notUnderstood());
      return;
    }
    dialect.event(event.name(), data, out);
  }

  private void readWhole() {
    var out = new ChunkWriter(chat, state, ChatStream.NOBODY);
    try {
      var answer = Json.MAPPER.readTree(body.toByteArray());
      if (answer.isObject()) {
        dialect.whole(answer, out);
      } else {
        out.fail(ProviderFailures.notUnderstood());
      }
    } catch (IOException e) {
      out.fail(ProviderFailures.notUnderstood());
    }
  }

  private byte[] jsonBody() {
    return head.contentType().contains("html") ? new byte[0] : body.toByteArray();
  }
}
