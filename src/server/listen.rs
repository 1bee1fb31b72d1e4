//! From a connection to a handler and back.

use super::call::Call;
use super::call::HTML;
use super::call::Reply;
use super::caller;
use super::caller::Caller;
use super::desk;
use super::headers;
use super::hooks;
use super::jobs;
use super::metrics::Metrics;
use super::problem;
use super::problem::Problem;
use super::retention;
use super::routes::Does;
use super::routes::ROUTES;
use super::routes::Route;
use super::routes::STREAMED;
use super::routes::Who;
use super::service::Service;
use super::stream::Head;
use super::stream::Talk;
use crate::scripts::STACK_BYTES;
use crate::scripts::has_stack;
use crate::store::random_id;
use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use axum::extract::Query;
use axum::extract::RawPathParams;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::MethodFilter;
use axum::routing::on;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
#[cfg(unix)]
use tokio::signal::unix::SignalKind;
#[cfg(unix)]
use tokio::signal::unix::signal;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// How long a client may take for its headers, and for its body.
const PATIENCE: Duration = Duration::from_secs(10);
const BODY_PATIENCE: Duration = Duration::from_secs(60);
/// How long requests in flight are waited for when the program is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// Connections at once.
const CONNECTIONS: usize = 1024;
/// Bytes of the headers of a request.
const HEADERS: usize = 64 << 10;
/// Bytes of a body that a route without one may be sent.
const SMALL: usize = 1 << 10;
/// Threads that compute or wait for the disk, for each processor: enough to fill the groups of the audit log, and so few that
/// they do not take the processor from each other. With 64 threads on two processors the slowest hundredth of `classify`
/// took 90 ms and not 22 to 28 (docs/desk.md).
const WORKERS_A_PROCESSOR: usize = 6;

/// A service that listens.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    listener: std::net::TcpListener,
}

impl Running {
    /// Takes the address.
    ///
    /// # Errors
    /// If it is taken or not ours.
    pub fn bind(address: SocketAddr) -> std::io::Result<Running> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Running { address: listener.local_addr()?, listener })
    }
}

/// Starts what runs behind the requests.
///
/// # Errors
/// If the system gives no thread.
pub fn start(parts: super::service::Parts) -> std::io::Result<Arc<Service>> {
    let metrics = Metrics::new(ROUTES.iter().map(|route| (route.method, route.path)));
    let service = Arc::new(Service::new(parts, metrics)?);
    // It is set here only.
    let _ = service.jobs.set(jobs::start(&service)?);
    retention::start(&service)?;
    hooks::start(&service)?;
    Ok(service)
}

/// Answers until somebody stops the program, then finishes what it has begun. `ready` is called once a stop is heard and
/// before the first answer; nothing is answered if it says `false`.
///
/// # Errors
/// If the system gives no threads or lets us hear no signals.
pub fn serve(service: Arc<Service>, running: Running, ready: impl FnOnce() -> bool) -> std::io::Result<()> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(WORKERS_A_PROCESSOR * processors)
        .thread_stack_size(STACK_BYTES)
        .on_thread_start(has_stack)
        .build()?;
    runtime.block_on(async move {
        let listener = TcpListener::from_std(running.listener)?;
        let stop = stopped()?;
        let hung_up = hung_up(&service)?;
        if ready() {
            let again = tokio::spawn(hung_up);
            let doors = Doors { router: router(&service), tls: service.config.tls.as_ref().map(|tls| tls.acceptor()) };
            accept(doors, listener, stop).await;
            again.abort();
        }
        Ok(())
    })
}

/// Hears from now on that somebody stops the program; each signal by itself, so that one that is ignored (`nohup`) does not
/// matter to the others.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {},
            _ = terminate.recv() => {},
        }
    })
}

#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Reads the certificate again at each hangup, as those who renew certificates send it. Without a certificate here a hangup
/// means what it means to every program.
#[cfg(unix)]
fn hung_up(service: &Arc<Service>) -> std::io::Result<impl Future<Output = ()> + use<>> {
    let tls = service.config.tls.clone();
    let mut hangup = tls.is_some().then(|| signal(SignalKind::hangup())).transpose()?;
    Ok(async move {
        let (Some(tls), Some(hangup)) = (tls, hangup.as_mut()) else { return };
        while hangup.recv().await.is_some() {
            let tls = Arc::clone(&tls);
            // A reading that panicked has changed nothing.
            let _ = tokio::task::spawn_blocking(move || tls.reload()).await;
        }
    })
}

#[cfg(not(unix))]
fn hung_up(_: &Arc<Service>) -> std::io::Result<impl Future<Output = ()> + use<>> {
    Ok(std::future::ready(()))
}

/// How a connection is taken and what answers it.
#[derive(Clone)]
struct Doors {
    router: Router,
    tls: Option<TlsAcceptor>,
}

impl Doors {
    /// Answers the requests of one connection. What a client does wrong is its own affair.
    async fn open(self, stream: TcpStream, watcher: Watcher) {
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.answer(stream, watcher).await };
        if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
            self.answer(stream, watcher).await;
        }
    }

    async fn answer(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, watcher: Watcher) {
        let service = TowerToHyperService::new(self.router.clone());
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(HEADERS).half_close(false);
        let _ = watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await;
    }
}

async fn accept(doors: Doors, listener: TcpListener, stop: impl Future<Output = ()>) {
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Most often there are no file handles left for a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (doors, watcher) = (doors.clone(), graceful.watcher());
        tokio::spawn(async move {
            doors.open(stream, watcher).await;
            drop(place);
        });
    }
    let _ = tokio::time::timeout(LAST_ANSWERS, graceful.shutdown()).await;
}

/// The routes of a service.
pub fn router(service: &Arc<Service>) -> Router {
    let mut router = Router::new();
    let places = Arc::new(Semaphore::new(service.config.in_flight));
    for (place, route) in ROUTES.iter().enumerate() {
        let filter = match route.method {
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            _ => MethodFilter::GET,
        };
        let (service, places) = (Arc::clone(service), Arc::clone(&places));
        let handler = move |params: RawPathParams, request: Request| {
            answer(Arc::clone(&service), Arc::clone(&places), place, params, request)
        };
        router = router.route(route.path, on(filter, handler));
    }
    let (missing, other) = (Arc::clone(service), Arc::clone(service));
    router
        .fallback(move |request: Request| {
            let problem = Problem::missing("page");
            std::future::ready(refuse(&missing, &request, &problem))
        })
        .method_not_allowed_fallback(move |request: Request| {
            let problem = Problem::new(problem::NO_METHOD, "this address has other methods");
            std::future::ready(refuse(&other, &request, &problem))
        })
}

async fn answer(
    service: Arc<Service>,
    places: Arc<Semaphore>,
    place: usize,
    params: RawPathParams,
    request: Request,
) -> Response {
    let begun = Instant::now();
    let Some(route) = ROUTES.get(place) else { return Response::default() };
    let (parts, body) = request.into_parts();
    let id = random_id().unwrap_or_default();
    // A body where none is needed is read and left alone, up to a small size.
    let limit = if route.limit == STREAMED { service.config.batch_bytes } else { route.limit.max(SMALL) };
    let result = match places.try_acquire_owned() {
        Err(_) => Err(Problem::new(problem::TOO_MANY, "too many requests are being answered: come again")),
        Ok(permit) => {
            let result = admitted(&service, route, params, &parts, (body, limit)).await;
            drop(permit);
            result
        }
    };
    let reply = result.unwrap_or_else(|problem| of_problem(&parts.headers, &problem, &id));
    let status = if reply.status == 0 { 200 } else { reply.status };
    service.metrics.count(place, status, begun.elapsed());
    let origin = headers::listed_origin(&service.config, route.path, &parts.headers);
    respond(&service, reply, status, &id, origin)
}

/// Asks who it is, then reads the body, then asks the handler: nobody who may not have a route makes us hold a body.
async fn admitted(
    service: &Arc<Service>,
    route: &'static Route,
    params: RawPathParams,
    parts: &Parts,
    (body, limit): (Body, usize),
) -> Result<Reply, Problem> {
    let failed = |_| Problem::new(problem::BROKEN, "the program failed at this request");
    let (asked, headers) = (Arc::clone(service), parts.headers.clone());
    let caller = tokio::task::spawn_blocking(move || admit(&asked, route, &headers)).await.map_err(failed)??;
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
    let mut given = Given { uri, headers, params, body: Bytes::new(), talk: None, caller };
    if route.limit == STREAMED {
        check_length(&parts.headers, limit)?;
        return converse(service, route, given, (body, limit)).await;
    }
    given.body = read(body, &parts.headers, limit).await?;
    let service = Arc::clone(service);
    tokio::task::spawn_blocking(move || handle(&service, route, given)).await.map_err(failed)?
}

/// Lets a handler read the body while it answers. The answer begins when the handler writes its first piece; if it ends
/// before that, what it says is the answer.
async fn converse(
    service: &Arc<Service>,
    route: &'static Route,
    mut given: Given,
    (body, limit): (Body, usize),
) -> Result<Reply, Problem> {
    let busy = || Problem::new(problem::TOO_MANY, "too many batches are being answered: come again");
    let caller = given.caller.as_ref().map_or("", |caller| caller.name.as_str());
    let place = service.streams.place(caller).ok_or_else(busy)?;
    let (talk, listener) = Talk::begin(body, limit, Handle::current());
    given.talk = Some(talk);
    let service = Arc::clone(service);
    let task = tokio::task::spawn_blocking(move || {
        let result = handle(&service, route, given);
        drop(place);
        result
    });
    if let Ok(Head { kind, headers }) = listener.begins.await {
        return Ok(Reply { kind, headers, pieces: Some(listener.pieces), ..Reply::default() });
    }
    let result = task.await.map_err(|_| Problem::new(problem::BROKEN, "the program failed at this request"))?;
    let is_too_long = listener.is_too_long.load(Ordering::Relaxed);
    result.map_err(|problem| if is_too_long { too_large(limit) } else { problem })
}

/// Refuses a body that says it is too long.
fn check_length(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(problem::TOO_LARGE, format!("the body has more than {limit} bytes"))
}

/// The body, up to a limit.
async fn read(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, Problem> {
    check_length(headers, limit)?;
    match tokio::time::timeout(BODY_PATIENCE, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large(limit)),
        Err(_) => Err(Problem::new(problem::MALFORMED, "the body did not come in time")),
    }
}

/// A request without its connection.
struct Given {
    uri: Uri,
    headers: HeaderMap,
    params: Vec<(String, String)>,
    body: Bytes,
    talk: Option<Talk>,
    caller: Option<Caller>,
}

/// Who asks, if they may have the route.
fn admit(service: &Service, route: &Route, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    headers::check_host(&service.config, headers)?;
    let caller = match route.who {
        Who::Everybody => caller::identify(service, headers).unwrap_or(None),
        Who::Roles(_) => caller::identify(service, headers)?,
    };
    check_role(route, caller.as_ref())?;
    Ok(caller)
}

/// Checks from where a change comes, then asks the handler.
fn handle(service: &Service, route: &'static Route, given: Given) -> Result<Reply, Problem> {
    headers::check_origin(&service.config, route, given.caller.as_ref(), &given.headers, &given.body)?;
    let query: Query<Vec<(String, String)>> = Query::try_from_uri(&given.uri)
        .map_err(|_| Problem::new(problem::MALFORMED, "what stands behind the question mark cannot be read"))?;
    let call = Call {
        service,
        loaded: service.loaded(),
        operation: route.name,
        caller: given.caller,
        params: given.params,
        query: query.0,
        headers: given.headers,
        body: given.body,
        talk: Mutex::new(given.talk),
    };
    (route.handler)(&call)
}

fn check_role(route: &Route, caller: Option<&Caller>) -> Result<(), Problem> {
    let Who::Roles(roles) = route.who else { return Ok(()) };
    match caller {
        None => Err(Problem::new(problem::NOT_SIGNED_IN, "sign in, or send a token")),
        Some(caller) if caller.is_sandbox && route.does == Does::Form => {
            Err(Problem::new(problem::FORBIDDEN, "a sandbox token writes nothing, and the pages write"))
        }
        Some(caller) if roles.contains(&caller.role) => Ok(()),
        Some(_) => Err(Problem::new(problem::FORBIDDEN, "the role of the caller does not allow this")),
    }
}

/// A problem as who asks reads it: a page for a browser, JSON for a program.
fn of_problem(headers: &HeaderMap, problem: &Problem, id: &str) -> Reply {
    let accepts = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let is_browser = accepts.contains("text/html");
    let mut reply = if is_browser && problem.kind == problem::NOT_SIGNED_IN {
        return Reply::see("/sign-in");
    } else if is_browser {
        Reply::of(HTML, desk::page::problem(headers, problem, id).into_string())
    } else {
        let body = problem.json(id).to_string();
        Reply::of("application/problem+json", body + "\n")
    };
    reply.status = problem.kind.status;
    match problem.kind {
        problem::TOO_MANY | problem::UNAVAILABLE => reply.with("retry-after", "1"),
        problem::NOT_SIGNED_IN => reply.with("www-authenticate", "Bearer"),
        _ => reply,
    }
}

/// Answers where no route does: with a problem, or a browser that asks whether a page of another site may send something.
fn refuse(service: &Service, request: &Request, problem: &Problem) -> Response {
    let (id, headers) = (random_id().unwrap_or_default(), request.headers());
    let origin = headers::listed_origin(&service.config, request.uri().path(), headers);
    let preflight = origin.and_then(|_| headers::preflight(request.method().as_str(), headers));
    let allowed = preflight.filter(|_| headers::check_host(&service.config, headers).is_ok());
    let reply = allowed.unwrap_or_else(|| of_problem(headers, problem, &id));
    let status = reply.status;
    respond(service, reply, status, &id, origin)
}

fn respond(service: &Service, mut reply: Reply, status: u16, id: &str, origin: Option<&str>) -> Response {
    if reply.kind.is_empty() {
        reply.kind = "text/plain; charset=utf-8";
    }
    let body = match reply.pieces.take() {
        Some(pieces) => Body::new(pieces),
        None => Body::from(std::mem::take(&mut reply.body)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    headers::of_answer(&service.config, &reply, id, origin, response.headers_mut());
    response
}
