package io.millrace.workers.google;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.contract.AdapterContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** With a service account, whose token the simulator lends, or with keys in express mode. */
class VertexContractTest implements AdapterContract {

  private static final List<String> KEY_THAT_IS_LENT = List.of("key-right");

  @TempDir private Path directory;

  @Override
  public String kind() {
    return "vertex";
  }

  @Override
  public String basePath() {
    return "/v1";
  }

  @Override
  public String chatModel() {
    return "gemini-2.5-flash";
  }

  @Override
  public String embeddingsModel() {
    return "text-embedding-005";
  }

  @Override
  public Set<Told> told() {
    return EnumSet.of(Told.CACHED_TOKENS, Told.REASONING_TOKENS, Told.WAIT, Told.CONTENT_FILTER);
  }

  @Override
  public ProviderConfig config(String rootUrl, List<String> keys) {
    var usual = ProviderConfig.of("sim", kind(), rootUrl + basePath());
    return keys.equals(KEY_THAT_IS_LENT)
        ? KeyFiles.config(usual, "europe-west4", "", keyFile(rootUrl))
        : usual.withKeys(keys);
  }

  private String keyFile(String rootUrl) {
    try {
      var file = Files.createTempFile(directory, "key", ".json");
      return Files.writeString(file, KeyFiles.text(rootUrl + "/token")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
