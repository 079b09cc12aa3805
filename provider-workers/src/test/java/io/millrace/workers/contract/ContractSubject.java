package io.millrace.workers.contract;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.ProviderKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/** The adapter that a contract is held against, and what the contract cannot know by itself. */
public interface ContractSubject {

  /** What a provider may leave unsaid although it can do everything asked for. */
  enum Told {
    CACHED_TOKENS,
    CACHE_WRITE_TOKENS,
    REASONING_TOKENS,
    /** How long to wait after a 429. */
    WAIT,
    /** Limits in the heads of answers. */
    LIMITS,
    /** Finish reason content_filter. */
    CONTENT_FILTER
  }

  /** The {@code kind} of the configuration. */
  String kind();

  /** Where the simulator speaks this kind's wire form, below its root; begins with a slash. */
  String basePath();

  default String chatModel() {
    return "model-1";
  }

  default String embeddingsModel() {
    return "embeddings-1";
  }

  default Set<Told> told() {
    return EnumSet.of(
        Told.CACHED_TOKENS, Told.REASONING_TOKENS, Told.WAIT, Told.LIMITS, Told.CONTENT_FILTER);
  }

  /** How the provider is configured when it is known by these keys. */
  default ProviderConfig config(String rootUrl, List<String> keys) {
    return ProviderConfig.of("sim", kind(), rootUrl + basePath()).withKeys(keys);
  }

  default ProviderAdapter adapter(ProviderConfig config) {
    return ProviderAdapters.installed().adapterFor(config);
  }

  /** More embeddings than the provider takes at once. */
  default int manyTexts() {
    return 300;
  }

  default Capabilities capabilities() {
    return ProviderAdapters.installed().kinds().stream()
        .filter(kind -> kind.name().equals(kind()))
        .map(ProviderKind::capabilities)
        .findFirst()
        .orElseThrow();
  }

  /** Leaves a test out when the provider cannot do what it is about. */
  default void needs(Feature... features) {
    for (var feature : features) {
      Assumptions.assumeTrue(capabilities().has(feature), kind() + " lacks " + feature);
    }
  }

  default void needs(Told wanted) {
    Assumptions.assumeTrue(told().contains(wanted), kind() + " does not tell " + wanted);
  }
}
