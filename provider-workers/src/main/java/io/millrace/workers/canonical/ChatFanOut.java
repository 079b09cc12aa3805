package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Joining;
import io.millrace.workers.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/**
 * Several choices of a provider that makes one at a time: a call for each, and their answers as the
 * choices of one. Usage is the sum, because each call was charged for its input.
 */
public final class ChatFanOut implements Joining {

  private final ChatStream.Asked asked;

  /**
   * @param asked what the client asked for; each call's own reader is asked the same
   */
  public ChatFanOut(ChatStream.Asked asked) {
    this.asked = asked;
  }

  @Override
  public Consumer<byte[]> deltasOf(int call, Consumer<byte[]> deltas) {
    return chunk -> {
      var tree = treeOf(chunk);
      var choices = tree.path("choices");
      // A call's own usage is only part of the usage.
      if (!choices.isEmpty()) {
        number(choices, call);
        deltas.accept(Json.bytes(named(tree)));
      }
    };
  }

  @Override
  public Outcome join(List<Outcome.Answer> answers, Consumer<byte[]> deltas) {
    var whole = named(treeOf(bytesOf(answers.getFirst().body())));
    var choices = Json.MAPPER.createArrayNode();
    var verdict = Verdict.COMPLETED;
    for (int call = 0; call < answers.size(); call++) {
      var answer = answers.get(call);
      var own = treeOf(bytesOf(answer.body())).path("choices");
      number(own, call);
      own.forEach(choices::add);
      verdict = answer.verdict() == Verdict.INCOMPLETE ? Verdict.INCOMPLETE : verdict;
    }
    var used = answers.stream().map(Outcome.Answer::usage).reduce(UsageSum::of).orElseThrow();
    whole.set("choices", choices);
    whole.set("usage", UsageJson.write(used));
    if (asked.wantsUsage()) {
      showUsage(whole, used, deltas);
    }
    return new Outcome.Answer(
        verdict, answers.getFirst().model(), used, ByteBuffer.wrap(Json.bytes(whole)));
  }

  private static void showUsage(ObjectNode whole, Usage used, Consumer<byte[]> deltas) {
    var chunk = Json.MAPPER.createObjectNode();
    chunk.set("id", whole.path("id"));
    chunk.put("object", "chat.completion.chunk");
    chunk.set("created", whole.path("created"));
    chunk.set("model", whole.path("model"));
    chunk.putArray("choices");
    chunk.set("usage", UsageJson.write(used));
    deltas.accept(Json.bytes(chunk));
  }

  /** The answers have ids of their own; the client sees one. */
  private ObjectNode named(ObjectNode tree) {
    return tree.put("id", asked.id());
  }

  private static void number(JsonNode choices, int call) {
    for (var choice : choices) {
      if (choice instanceof ObjectNode own) {
        own.put("index", call);
      }
    }
  }

  private static byte[] bytesOf(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static ObjectNode treeOf(byte[] json) {
    try {
      return (ObjectNode) Json.MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException("what a reader wrote can be read", e);
    }
  }
}
