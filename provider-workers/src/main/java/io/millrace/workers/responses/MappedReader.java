package io.millrace.workers.responses;

import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ProviderFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Reads a Response out of what the reader of a chat answer reads. */
final class MappedReader implements ReplyReader {

  private final ReplyReader chat;
  private final ResponseFrame frame;
  private final boolean isStream;
  private final OutputItems items;

  /**
   * @param isStream true when the chat answer comes in chunks
   */
  MappedReader(ReplyReader chat, ResponseFrame frame, boolean isStream) {
    this.chat = chat;
    this.frame = frame;
    this.isStream = isStream;
    this.items = new OutputItems(frame.hex());
  }

  @Override
  public void onHead(ResponseHead head) {
    chat.onHead(head);
  }

  @Override
  public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {
    chat.onBytes(bytes, chunk -> onChunk(chunk, deltas));
  }

  @Override
  public boolean isComplete() {
    return chat.isComplete();
  }

  @Override
  public Outcome onEnd(Consumer<byte[]> deltas) {
    return mapped(chat.onEnd(chunk -> onChunk(chunk, deltas)));
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    return mapped(chat.onBroken(breakage));
  }

  private void onChunk(byte[] chunk, Consumer<byte[]> deltas) {
    try {
      items.onChunk(Json.MAPPER.readTree(chunk), deltas);
    } catch (IOException e) {
      throw new UncheckedIOException("a chunk of our own is no JSON", e);
    }
  }

  private Outcome mapped(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Failure failure -> FieldNames.ofResponses(failure);
      case Outcome.Answer answer -> mapped(answer);
    };
  }

  private Outcome mapped(Outcome.Answer answer) {
    try {
      var completion = Json.MAPPER.readTree(Json.bytes(answer.body()));
      if (!isStream) {
        items.onWhole(completion);
      }
      var response = frame.finished(answer.model(), items.json(), answer.usage(), reason(answer));
      if (completion.path("service_tier").isTextual()) {
        response.set("service_tier", completion.path("service_tier"));
      }
      return new Outcome.Answer(
          answer.verdict(), answer.model(), answer.usage(), ByteBuffer.wrap(Json.bytes(response)));
    } catch (IOException e) {
      return ProviderFailures.notUnderstood().withUsage(answer.usage());
    }
  }

  private String reason(Outcome.Answer answer) {
    if (answer.verdict() == Verdict.COMPLETED) {
      return "";
    }
    return items.finishReason().equals("content_filter") ? "content_filter" : "max_output_tokens";
  }
}
