package io.millrace.workers.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.ChatStream;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.framing.SseDecoder;
import io.millrace.workers.framing.StreamDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer in OpenAI's form. The head decides how: an error, a whole JSON body, or a stream
 * of events; a host that was asked for a stream and sends a whole body is understood too.
 */
final class OpenAiReplyReader implements ReplyReader {

  private enum Form {
    ERROR,
    WHOLE,
    EVENTS
  }

  private final ChatStream.Asked asked;
  private final AnswerQuirks quirks;
  private final boolean isChat;
  private final boolean isStream;
  private final SseDecoder events = new SseDecoder();
  private final ChatStream chat;
  private byte[] first = {};
  private @Nullable ByteArrayOutputStream more;
  private ResponseHead head = new ResponseHead(0, name -> Optional.empty(), Instant.EPOCH);
  private Form form = Form.ERROR;
  private boolean isDone;
  private Outcome.@Nullable Failure failure;

  OpenAiReplyReader(ChatStream.Asked asked, boolean isChat, boolean isStream, AnswerQuirks quirks) {
    this.asked = asked;
    this.quirks = quirks;
    this.isChat = isChat;
    this.isStream = isStream;
    this.chat = new ChatStream(asked);
  }

  @Override
  public void onHead(ResponseHead arrived) {
    head = arrived;
    if (!arrived.isSuccess() || isPage(arrived.contentType())) {
      form = Form.ERROR;
    } else {
      form = isStream && !arrived.contentType().contains("json") ? Form.EVENTS : Form.WHOLE;
    }
  }

  @Override
  public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {
    if (form == Form.EVENTS) {
      events.feed(bytes, event -> onEvent(event, deltas));
    } else if (first.length == 0) {
      first = bytes;
    } else {
      if (more == null) {
        more = new ByteArrayOutputStream(first.length * 2 + bytes.length);
        more.writeBytes(first);
      }
      more.writeBytes(bytes);
    }
  }

  @Override
  public boolean isComplete() {
    return isDone || failure != null;
  }

  @Override
  public Outcome onEnd(Consumer<byte[]> deltas) {
    return switch (form) {
      case ERROR -> OpenAiErrors.outcome(head, body());
      case WHOLE -> isStream ? wholeAsStream(deltas) : whole(body());
      case EVENTS -> {
        events.end(event -> onEvent(event, deltas));
        yield failure != null ? chat.failed(failure) : chat.end(isDone, deltas);
      }
    };
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    // An error whose text broke off is still that error.
    if (form == Form.ERROR && head.status() != 0 && breakage != Breakage.CANCELLED) {
      return OpenAiErrors.outcome(head, new byte[0]);
    }
    if (form == Form.EVENTS) {
      // Some hosts do not close their streams in order; an answer that is whole is whole.
      if (breakage == Breakage.CONNECTION_LOST && chat.isFinished()) {
        return chat.end(false, delta -> {});
      }
      return failure != null ? chat.failed(failure) : chat.broken(breakage);
    }
    return BreakageOutcomes.of(breakage, false, null);
  }

  private void onEvent(StreamDecoder.Event event, Consumer<byte[]> deltas) {
    if (isComplete()) {
      return;
    }
    if (event.data().startsWith("[DONE]")) {
      isDone = true;
      return;
    }
    JsonNode tree;
    try {
      tree = Json.MAPPER.readTree(event.data());
    } catch (JsonProcessingException e) {
      failure = OpenAiErrors.notUnderstood();
      return;
    }
    var error = tree.path("error");
    if (event.name().equals("error") || !(error.isMissingNode() || error.isNull())) {
      failure = OpenAiErrors.inStream(head, tree);
    } else if (tree instanceof ObjectNode chunk) {
      onChunk(chunk, deltas);
    }
  }

  private void onChunk(ObjectNode chunk, Consumer<byte[]> deltas) {
    var failing = quirks.failure(chunk);
    if (failing.isPresent()) {
      failure = OpenAiErrors.finished(failing.get());
    } else {
      quirks.edit().accept(chunk);
      chat.accept(chunk, deltas);
    }
  }

  /** A whole answer; its bytes go on as they are unless the host has quirks. */
  private Outcome whole(byte[] answer) {
    if (quirks.isNone()) {
      return WholeReply.outcome(head, answer, facts());
    }
    try {
      if (Json.MAPPER.readTree(answer) instanceof ObjectNode tree) {
        var failing = quirks.failure(tree);
        if (failing.isPresent()) {
          return OpenAiErrors.finished(failing.get());
        }
        quirks.edit().accept(tree);
        return WholeReply.outcome(head, Json.bytes(tree), facts());
      }
    } catch (IOException e) {
      // Said below, as of any other answer that is no object.
    }
    return OpenAiErrors.notUnderstood();
  }

  /** The one chunk that a whole answer would be. */
  private Outcome wholeAsStream(Consumer<byte[]> deltas) {
    var outcome = whole(body());
    if (!(outcome instanceof Outcome.Answer answer)) {
      return outcome;
    }
    try {
      if (Json.MAPPER.readTree(Json.bytes(answer.body())) instanceof ObjectNode chunk) {
        for (var part : chunk.path("choices")) {
          if (part instanceof ObjectNode choice) {
            choice.set("delta", choice.path("message"));
          }
        }
        chat.accept(chunk, deltas);
      }
    } catch (IOException e) {
      return OpenAiErrors.notUnderstood();
    }
    return chat.end(true, deltas);
  }

  private WholeReply.Facts facts() {
    return new WholeReply.Facts(isChat, asked.model(), asked.inputTokens());
  }

  private byte[] body() {
    return more == null ? first : more.toByteArray();
  }

  /** Proxies answer for hosts with pages, even with status 200. */
  private static boolean isPage(String contentType) {
    return contentType.contains("html") || contentType.contains("xml");
  }
}
