package io.millrace.standalone.embedded;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A Kafka broker and a schema registry for one machine, started side by side as child processes on
 * one data directory. {@link #start} returns at once; each service's address is a future of its own
 * because Kafka is ready a few seconds before the registry. The children end with this process,
 * also when it is killed, and both refuse a directory that another installation is using.
 */
public final class EmbeddedServices implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration WRITING_STOP_TIMEOUT = Duration.ofSeconds(90);

  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;
  private final Duration stopTimeout;

  private EmbeddedServices(EmbeddedBroker broker, EmbeddedRegistry registry, Duration stopTimeout) {
    this.broker = broker;
    this.registry = registry;
    this.stopTimeout = stopTimeout;
  }

  /**
   * Starts both. {@code onExit} is told, on another thread, of a child that ends before {@link
   * #close}; during the start the future of that child fails as well.
   *
   * @throws EmbeddedStartException when a child cannot even be launched
   */
  public static EmbeddedServices start(EmbeddedConfig config, Consumer<ChildExit> onExit) {
    var mode = ArchiveMode.current();
    var stopTimeout = mode == ArchiveMode.WRITE ? WRITING_STOP_TIMEOUT : STOP_TIMEOUT;
    EmbeddedBroker broker = EmbeddedBroker.start(config, mode, onExit);
    try {
      EmbeddedRegistry registry = EmbeddedRegistry.start(config, mode, onExit);
      return new EmbeddedServices(broker, registry, stopTimeout);
    } catch (RuntimeException failure) {
      broker.child().requestStop();
      broker.child().awaitStopOrKill(stopTimeout);
      throw failure;
    }
  }

  /**
   * The broker's address, {@code host:port}, once it serves; else {@link EmbeddedStartException}.
   */
  public CompletableFuture<String> kafka() {
    return broker.address();
  }

  /**
   * The base URL of the registry's Confluent API, once it serves with compatibility
   * BACKWARD_TRANSITIVE; else {@link EmbeddedStartException}.
   */
  public CompletableFuture<String> schemaRegistryUrl() {
    return registry.url();
  }

  /** The process ids of the children, broker first. */
  public List<Long> pids() {
    return children().stream().map(ChildProcess::pid).toList();
  }

  /** Asks both to stop, and kills what has not after ten seconds. */
  @Override
  public void close() {
    children().forEach(ChildProcess::requestStop);
    children().forEach(child -> child.awaitStopOrKill(stopTimeout));
  }

  private List<ChildProcess> children() {
    return List.of(broker.child(), registry.child());
  }
}
