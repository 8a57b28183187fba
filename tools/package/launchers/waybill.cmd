@echo off
rem Starts Waybill with the runtime that lies beside it.
setlocal
rem meant for other programs: what it preloads may not be there
set NODE_OPTIONS=
"%~dp0..\runtime\node.exe" "%~dp0..\lib\waybill.js" %*
