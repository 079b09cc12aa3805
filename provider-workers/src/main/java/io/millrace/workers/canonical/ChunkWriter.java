package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.workers.Outcome;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a provider says, piece by piece, and puts it into OpenAI's words. Whole answers go
 * through here as streams do, so that both read the same. Belongs to one answer.
 */
public final class ChunkWriter {

  private final ChatStream chat;
  private final Consumer<byte[]> deltas;
  private final State state;

  /** What lasts longer than one event. */
  static final class State {
    private String id = "";
    private String model = "";
    private boolean isDone;
    private Outcome.@Nullable Failure failure;

    boolean isOver() {
      return isDone || failure != null;
    }

    boolean isDone() {
      return isDone;
    }

    Outcome.@Nullable Failure failure() {
      return failure;
    }
  }

  ChunkWriter(ChatStream chat, State state, Consumer<byte[]> deltas) {
    this.chat = chat;
    this.state = state;
    this.deltas = deltas;
  }

  /** The provider's own name of the answer and of the model; empty where it has said none. */
  public void begin(String id, String model) {
    state.id = id;
    state.model = model;
  }

  /** The answer has begun, though nothing is said yet. */
  public void role(int choice) {
    write(choice, delta -> delta.put("role", "assistant").put("content", ""));
  }

  public void text(int choice, String text) {
    if (!text.isEmpty()) {
      write(choice, delta -> delta.put("content", text));
    }
  }

  public void refusal(int choice, String text) {
    write(choice, delta -> delta.put("refusal", text));
  }

  /** What the model thought, where a provider shows it. */
  public void reasoning(int choice, String text) {
    if (!text.isEmpty()) {
      write(choice, delta -> delta.put("reasoning_content", text));
    }
  }

  /**
   * A tool call begins.
   *
   * @param index its place among the calls of the choice
   * @param arguments JSON text, as far as it is known
   * @param extraContent what must come back with it unchanged; absent when nothing must
   */
  public void toolCall(
      int choice,
      int index,
      String id,
      String name,
      String arguments,
      @Nullable JsonNode extraContent) {
    write(
        choice,
        delta -> {
          var call = delta.putArray("tool_calls").addObject();
          call.put("index", index).put("id", id).put("type", "function");
          call.putObject("function").put("name", name).put("arguments", arguments);
          if (extraContent != null) {
            call.set("extra_content", extraContent);
          }
        });
  }

  /** More of a tool call's arguments. */
  public void toolArguments(int choice, int index, String more) {
    write(
        choice,
        delta -> {
          var call = delta.putArray("tool_calls").addObject();
          call.put("index", index);
          call.putObject("function").put("arguments", more);
        });
  }

  /** What must come back unchanged with the message, such as signed thoughts. */
  public void extraContent(int choice, JsonNode extra) {
    write(choice, delta -> delta.set("extra_content", extra));
  }

  /**
   * @param content OpenAI's entries of logprobs.content
   */
  public void logprobs(int choice, JsonNode content) {
    var part = Json.MAPPER.createObjectNode().put("index", choice);
    part.putObject("delta");
    part.putObject("logprobs").set("content", content);
    accept(part);
  }

  /**
   * A choice is complete.
   *
   * @param reason one of OpenAI's
   */
  public void finish(int choice, String reason) {
    var part = Json.MAPPER.createObjectNode().put("index", choice);
    part.putObject("delta");
    part.put("finish_reason", reason);
    accept(part);
  }

  /** What was used, so far as is known; the last one holds. */
  public void usage(Usage usage) {
    chat.usage(usage);
  }

  /** The provider marked the end. */
  public void done() {
    state.isDone = true;
  }

  /** The provider failed; nothing after it counts. */
  public void fail(Outcome.Failure failure) {
    state.failure = failure;
  }

  private void write(int choice, Consumer<ObjectNode> said) {
    var part = Json.MAPPER.createObjectNode().put("index", choice);
    said.accept(part.putObject("delta"));
    accept(part);
  }

  private void accept(ObjectNode choice) {
    var chunk = Json.MAPPER.createObjectNode();
    chunk.put("id", state.id);
    chunk.put("model", state.model);
    chunk.putArray("choices").add(choice);
    chat.accept(chunk, deltas);
  }
}
