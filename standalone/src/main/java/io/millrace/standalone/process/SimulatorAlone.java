package io.millrace.standalone.process;

import io.millrace.bootstrap.ConfigException;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.ScriptException;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The simulator as a process of its own. */
public final class SimulatorAlone {

  private static final Duration PORT_PATIENCE = Duration.ofSeconds(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private SimulatorAlone() {}

  /** Runs until it is told to stop; returns the exit code. */
  public static int run(String host, int port, Optional<Path> scriptFile) {
    var script = scriptFile.map(SimulatorAlone::read).orElseGet(SimulatorScript::defaults);
    PortCheck.free(host, port, "--port", PORT_PATIENCE);
    var stop = new StopRequest();
    Signals.onStop(stop::inOrder);
    var vertx = Vertx.vertx();
    var simulator = Blocking.get(Simulator.start(vertx, host, port, instances(), script));
    System.out.println("Simulator is ready at " + simulator.rootUrl());
    int exitCode = stop.await();
    stop.limit(STOP_LIMIT);
    Blocking.get(simulator.close());
    Blocking.get(vertx.close());
    return exitCode;
  }

  /** Event loops that serve it. */
  static int instances() {
    return Math.max(1, Runtime.getRuntime().availableProcessors());
  }

  private static SimulatorScript read(Path file) {
    try {
      return SimulatorScript.parse(Files.readAllBytes(file));
    } catch (ScriptException e) {
      throw new ConfigException(file + ": " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigException("--script " + file + " cannot be read: " + e.getMessage());
    }
  }
}
