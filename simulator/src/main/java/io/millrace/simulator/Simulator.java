package io.millrace.simulator;

import io.millrace.simulator.anthropic.AnthropicRoutes;
import io.millrace.simulator.bedrock.BedrockRoutes;
import io.millrace.simulator.cohere.CohereRoutes;
import io.millrace.simulator.control.ControlRoutes;
import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.engine.SimulatorStats;
import io.millrace.simulator.google.GoogleRoutes;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.http.SimulatorServer;
import io.millrace.simulator.ollama.OllamaRoutes;
import io.millrace.simulator.openai.OpenAiRoutes;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A running simulator: one server on several event loops of the Vert.x it was given. */
public final class Simulator {
  // Vert.x gives all instances of one deployment the same free port for a negative number, but each
  // its own for 0.
  private static final int SHARED_FREE_PORT = -1;

  private final Vertx vertx;
  private final Engine engine;
  private final String host;
  private final int port;
  private final String deploymentId;

  private Simulator(Vertx vertx, Engine engine, String host, int port, String deploymentId) {
    this.vertx = vertx;
    this.engine = engine;
    this.host = host;
    this.port = port;
    this.deploymentId = deploymentId;
  }

  /** Starts with the default script; port 0 takes any free one. */
  public static Future<Simulator> start(Vertx vertx, String host, int port, int instances) {
    return start(vertx, host, port, instances, SimulatorScript.defaults());
  }

  public static Future<Simulator> start(
      Vertx vertx, String host, int port, int instances, SimulatorScript script) {
    var engine = new Engine(script, System.nanoTime());
    List<Routes> faces =
        List.of(
            new ControlRoutes(engine),
            new AnthropicRoutes(vertx, engine, InstantSource.system()),
            new BedrockRoutes(vertx, engine),
            new GoogleRoutes(vertx, engine),
            new CohereRoutes(vertx, engine),
            new OllamaRoutes(vertx, engine, InstantSource.system()),
            new OpenAiRoutes(vertx, engine, InstantSource.system()));
    var actualPort = new AtomicInteger();
    int wantedPort = port == 0 ? SHARED_FREE_PORT : port;
    return vertx
        .deployVerticle(
            () -> new SimulatorServer(host, wantedPort, faces, actualPort::set),
            new DeploymentOptions().setInstances(instances))
        .map(id -> new Simulator(vertx, engine, host, actualPort.get(), id));
  }

  public int port() {
    return port;
  }

  /** Where OpenAI's wire form is: the base URL to give a client, ending in {@code /v1}. */
  public String baseUrl() {
    return rootUrl() + "/v1";
  }

  /** Where everything is, without a trailing slash. */
  public String rootUrl() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  public SimulatorScript script() {
    return engine.script();
  }

  /** Takes effect for calls that arrive from now on; limiters start full. */
  public void script(SimulatorScript script) {
    engine.script(script, System.nanoTime());
  }

  public SimulatorStats stats() {
    return engine.stats();
  }

  public void resetStats() {
    engine.resetStats();
  }

  /** Complete calls per {@code X-Client-Request-Id}. */
  public Map<String, Integer> requestCalls() {
    return engine.requests().toMap();
  }

  /** Closes the port and every connection; calls under way are cut off. */
  public Future<Void> close() {
    return vertx.undeploy(deploymentId);
  }
}
