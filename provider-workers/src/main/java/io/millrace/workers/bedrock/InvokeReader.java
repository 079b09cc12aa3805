package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.workers.Breakage;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.EmbeddingsReader;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads embeddings from InvokeModel, which tells the tokens used in a header when not inside. */
final class InvokeReader implements ReplyReader {

  private static final String INPUT_TOKENS = "x-amzn-bedrock-input-token-count";

  private final EmbeddingForm form;
  private final EmbeddingsReader reader;
  private Optional<String> tokensInHead = Optional.empty();

  InvokeReader(EmbeddingForm form, EmbeddingsReader.Asked asked) {
    this.form = form;
    this.reader = new EmbeddingsReader(asked, this::vectors, BedrockErrors::outcome);
  }

  @Override
  public void onHead(ResponseHead head) {
    tokensInHead = head.headers().first(INPUT_TOKENS);
    reader.onHead(head);
  }

  @Override
  public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {
    reader.onBytes(bytes, deltas);
  }

  @Override
  public boolean isComplete() {
    return reader.isComplete();
  }

  @Override
  public Outcome onEnd(Consumer<byte[]> deltas) {
    return reader.onEnd(deltas);
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    return reader.onBroken(breakage);
  }

  private EmbeddingsReader.Vectors vectors(JsonNode answer) {
    return new EmbeddingsReader.Vectors(form.vectors(answer), tokens(answer));
  }

  private @Nullable Long tokens(JsonNode answer) {
    var inside = answer.path("inputTextTokenCount");
    if (inside.isIntegralNumber()) {
      return inside.asLong();
    }
    return tokensInHead.filter(text -> text.matches("[0-9]{1,12}")).map(Long::valueOf).orElse(null);
  }
}
