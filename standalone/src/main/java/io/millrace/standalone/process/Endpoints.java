package io.millrace.standalone.process;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a running process can be reached, as {@code endpoints.json} in its data folder says. The
 * file is there while the process is ready and at no other time, unless the process was killed.
 * What the process does not have is empty here and absent there.
 *
 * @param http URL of the client face
 * @param management URL of livez, readyz and metrics
 * @param kafka bootstrap servers
 * @param schemaRegistry base URL of Confluent's REST API
 * @param simulator URL of the simulator when it stands in
 * @param pids process ids: of the process itself and of its children
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Endpoints(
    String http,
    String management,
    String kafka,
    String schemaRegistry,
    String simulator,
    Map<String, Long> pids) {

  private static final String FILE = "endpoints.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new ParameterNamesModule())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public Endpoints {
    pids = Collections.unmodifiableMap(new LinkedHashMap<>(pids));
  }

  @JsonCreator
  static Endpoints of(
      @Nullable String http,
      @Nullable String management,
      @Nullable String kafka,
      @Nullable String schemaRegistry,
      @Nullable String simulator,
      @Nullable Map<String, Long> pids) {
    return new Endpoints(
        orEmpty(http),
        orEmpty(management),
        orEmpty(kafka),
        orEmpty(schemaRegistry),
        orEmpty(simulator),
        pids == null ? Map.of() : pids);
  }

  /** What the data folder says; empty when nothing runs there. */
  public static Optional<Endpoints> read(Path dataDirectory) {
    var file = dataDirectory.resolve(FILE);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(Files.readAllBytes(file), Endpoints.class))
          : Optional.empty();
    } catch (IOException e) {
      // Deleted between the two calls, or not ours: either way nothing to go by.
      return Optional.empty();
    }
  }

  /** Makes them known. */
  public void write(Path dataDirectory) {
    try {
      AtomicFile.write(
          dataDirectory.resolve(FILE),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says that nothing runs here. */
  public static void delete(Path dataDirectory) {
    try {
      Files.deleteIfExists(dataDirectory.resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + dataDirectory.resolve(FILE), e);
    }
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }
}
