# One image for every service of a cluster; the command says which one it runs.
# Needs no BuildKit. The two base images can be replaced, by others with the same contents:
#   docker build --build-arg RUNTIME_IMAGE=... -t millrace .
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-21
ARG RUNTIME_IMAGE=eclipse-temurin:21-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
# -DskipTests and not maven.test.skip: modules may use each other's test classes.
RUN mvn -B -q -DskipTests -Dquick -pl standalone -am package

FROM ${RUNTIME_IMAGE}
# A number, so that a cluster can see that it is not root. /data is what a volume is mounted on.
RUN groupadd --gid 10001 millrace \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home \
        --home-dir /data --shell /usr/sbin/nologin millrace \
    && mkdir /data \
    && chown 10001:10001 /data
WORKDIR /opt/millrace
COPY --from=build /src/standalone/target/lib lib/
COPY docker/logback.xml ./
USER 10001:10001
# Half of the container's memory for the heap: state stores and network buffers are outside it.
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=50 -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError"
# 8080 client face, 8090 livez, readyz and metrics, 9000 simulator
EXPOSE 8080 8090 9000
ENTRYPOINT ["java", "--enable-native-access=ALL-UNNAMED", "-Dlogback.configurationFile=/opt/millrace/logback.xml", "-cp", "lib/*", "io.millrace.standalone.Main"]
CMD ["--help"]
