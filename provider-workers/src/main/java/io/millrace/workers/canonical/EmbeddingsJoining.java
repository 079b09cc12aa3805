package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Joining;
import io.millrace.workers.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** Embeddings of more texts than a provider takes at once: one list, in order. */
public final class EmbeddingsJoining implements Joining {

  @Override
  public Consumer<byte[]> deltasOf(int call, Consumer<byte[]> deltas) {
    return deltas;
  }

  @Override
  public Outcome join(List<Outcome.Answer> answers, Consumer<byte[]> deltas) {
    var data = Json.MAPPER.createArrayNode();
    for (var answer : answers) {
      for (var one : treeOf(answer.body()).path("data")) {
        if (one instanceof ObjectNode vector) {
          data.add(vector.put("index", data.size()));
        }
      }
    }
    var used = answers.stream().map(Outcome.Answer::usage).reduce(UsageSum::of).orElseThrow();
    var model = answers.getFirst().model();
    var root = Json.MAPPER.createObjectNode().put("object", "list");
    root.set("data", data);
    root.put("model", model);
    root.putObject("usage")
        .put("prompt_tokens", used.getInputTokens())
        .put("total_tokens", used.getInputTokens());
    return new Outcome.Answer(Verdict.COMPLETED, model, used, ByteBuffer.wrap(Json.bytes(root)));
  }

  private static ObjectNode treeOf(ByteBuffer body) {
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    try {
      return (ObjectNode) Json.MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("what a reader wrote can be read", e);
    }
  }
}
